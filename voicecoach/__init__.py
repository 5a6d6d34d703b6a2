"""A physiotherapy coach you talk to with your eyes closed."""

__version__ = "0.1.0"
