"""Frames into what people see: sentences, tables, charts, pages."""
