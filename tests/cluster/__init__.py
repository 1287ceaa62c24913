"""A real Spark cluster on this machine: `make test-cluster`."""
