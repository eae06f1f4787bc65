"""`oneaxis init`: a new project, in the form of this one."""
