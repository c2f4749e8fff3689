"""Loss of ŷ = relu(WᵀW x + b) against width: bounds of codes, and a closure for trained ones."""
