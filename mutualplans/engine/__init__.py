"""From declared plans to quotes and decisions: binding, facts, assessing, explaining, several plans together."""
