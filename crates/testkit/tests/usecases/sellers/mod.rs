mod tenant;
