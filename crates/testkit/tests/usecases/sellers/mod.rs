mod tenant;
mod token;
