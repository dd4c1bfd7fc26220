-- Housekeeping removes what is old, behind the new beginning of the chain.
DELETE FROM audit WHERE seq <= :seq;
