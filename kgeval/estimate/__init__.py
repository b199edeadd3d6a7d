"""Answers into numbers: estimates with their sampling errors."""
