-- An administrator ends all pairs. Touches as much as a full listing.
DELETE FROM user_token;
