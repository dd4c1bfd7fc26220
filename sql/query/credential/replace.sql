-- A credential is rotated: the old one ends soon, and knows its successor. Each is replaced once.
UPDATE credential
   SET successor = :successor, expires = min(expires, :end)
 WHERE id = :id AND successor = '';
