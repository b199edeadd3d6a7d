"""Tables: one ``TableSpec`` feeds every medium; ``results`` and ``data`` say which columns stand in which."""
