"""What should be: expressions, forms, sample designs, indicators, norms, and the study that holds them."""
