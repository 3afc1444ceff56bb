"""What helps to write documents: edit, record, walk, measure, compare, format, begin one."""
