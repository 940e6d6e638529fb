"""Learning-rate schedules and optimisers."""
