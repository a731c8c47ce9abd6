"""Pages made from the dataset: records, sources, appendices, downloads."""
