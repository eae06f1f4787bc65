"""The demo's tasks: real data, real training; scikit-learn and PyTorch behind one interface."""
