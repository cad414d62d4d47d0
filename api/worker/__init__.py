"""Background work: the same task functions in this process or in Celery workers."""
