"""The dialogue, scene by scene, in the order in which a session plays them: opening, exercise, pain check, closing."""
