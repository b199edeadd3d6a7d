"""Notebooks in batch: parameters, jobs, kernels."""
