"""Speech models that come with the coach, and how they are made."""
