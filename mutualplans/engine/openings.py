"""What has to be stated of the fund for a case, found by deciding it."""

from __future__ import annotations

from attrs import evolve

from mutualplans.engine.accounts import fund_accounts, fund_key
from mutualplans.engine.office import Office
from mutualplans.engine.simulate import Situation, simulate

__all__ = ["with_empty_fund"]


def with_empty_fund(office: Office, situation: Situation) -> Situation:
    """Return the case with 0 stated for whatever its decisions lack of accounts that all insured share."""
    if not any(fund_accounts(item.plan) for item in office.plans):
        return situation
    made = simulate(office, situation)
    lacking = {path for decision in made.decisions for item in decision.benefits for path in item.missing}
    keys = (fund_key(path) for path in sorted(lacking) if path.startswith("fund."))
    return evolve(situation, fund={**dict.fromkeys(keys, 0), **situation.fund})
