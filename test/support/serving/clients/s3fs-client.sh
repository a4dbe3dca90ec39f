# Mounts a bucket with s3fs. For each line on stdin, the program lists the bucket, and writes the result as a line of
# JSON: the error, or null. It exits at the end of stdin. Arguments: the mount point, then the flags of s3fs.
mount_point=$1
shift
s3fs bucket "$mount_point" -f "$@" >&2 &
unset LD_PRELOAD
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  mountpoint -q "$mount_point" && break
  sleep 0.1
done
while read -r _; do
  if message=$(ls "$mount_point" 2>&1 >/dev/null); then echo '{"error":null}'; else echo "{\"error\":\"$message\"}"; fi
done
umount "$mount_point"
