"""Import of an office's file: facts if it is accepted, else every problem in it."""
