"""Two years or two releases side by side."""
