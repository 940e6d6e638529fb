"""From choices to records of a trained network, pure: no file, no MLflow. With nn and optim the code that figures follow from."""
