"""Raw files into analysable tables, with every row and every change accounted for."""
