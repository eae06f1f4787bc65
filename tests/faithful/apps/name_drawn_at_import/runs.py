"""A run's name, drawn once."""

import uuid

NAME = uuid.uuid4().hex
