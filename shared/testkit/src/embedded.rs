//! An embedded DynamoDB, served on this machine so that the code of the platform talks to it as it does to AWS.
