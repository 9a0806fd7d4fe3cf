"""Stage 5: a report as people and machines read it. Pure: from the report's data to text, and never back."""
