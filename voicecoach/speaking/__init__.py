"""Text becomes sound: a helper process renders lines, a cache keeps them, a timeline plays them."""
