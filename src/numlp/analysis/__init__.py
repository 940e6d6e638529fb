"""What is measured beside or after a training and never decides it: layers' health, learning-rate range test, paired test."""
