"""What the speed is compared with, and how it is measured: `make bench`, or `python -m benchmarks PART`. Results: docs/benchmarks.md."""
