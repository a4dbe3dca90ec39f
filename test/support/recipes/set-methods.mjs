// gitlab-ci-local needs this method, which Node 20 lacks.
Set.prototype.union ??= function union(other) {
  return new Set([...this, ...other]);
};
