"""What is known of BMW's older families, field by field, and the page that shows what we make of it."""
