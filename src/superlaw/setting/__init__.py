"""What is studied: the task, the student, how it is trained."""
