//! The models against PyTorch's numbers, against measured slopes, and in what they promise.

mod convolutional;
mod data;
mod perceptron;
mod slopes;
mod threads;
