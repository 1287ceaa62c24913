"""Data model: the data contract, rule sets, the register of units, names, facts, working days."""
