// Sets the clock of a Node.js process to the instant in the variable FIXED_TIME, so that its output is always the same.
const now = Date.parse(process.env.FIXED_TIME);
Date.now = () => now;
