//! From a study history to text: a pure function
