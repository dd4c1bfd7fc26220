-- Each program that asks: how many of its network, and how many in all, are waiting.
SELECT count(*) FILTER (WHERE network = :network), count(*) FROM device_login WHERE expires > :now;
