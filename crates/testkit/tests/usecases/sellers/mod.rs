mod standing;
mod tenant;
mod token;
