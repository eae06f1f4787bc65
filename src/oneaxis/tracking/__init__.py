"""The mirror of a study in MLflow; only these rooms import mlflow."""
