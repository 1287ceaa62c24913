"""From a file as the office has it to facts, or to every problem in it."""
