"""Will hands-free work in this room? `levels`, `measures` and `verdict` are pure; `examination` is the course of it."""
