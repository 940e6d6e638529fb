"""The five reports, run again: experiments, results, claims and the report."""
