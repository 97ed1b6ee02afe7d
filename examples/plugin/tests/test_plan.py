"""The checks that every plan must pass, and the worked cases."""

from mutualplans.testing.conformance import PlanConformance


class TestFuzhouMedical(PlanConformance):
    """The plan and its cases."""

    plan_id = "fuzhou-medical"
