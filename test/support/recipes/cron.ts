/**
 * The beginning of a script that runs cron in a mount namespace: the folders of cron are private and empty, and
 * `$SENDMAIL` gets the mails.
 */
export const PRIVATE_CRON_FOLDERS = `
  for folder in /run /etc/cron.d /var/spool/cron/crontabs; do mount -t tmpfs private "$folder"; done
  mkdir /run/sbin
  mount --bind /dev/null /etc/crontab
  mount -t tmpfs private /run/sbin
  mkdir /run/sbin/upper /run/sbin/work
  cp "$SENDMAIL" /run/sbin/upper/sendmail
  mount -t overlay private -o lowerdir=/usr/sbin,upperdir=/run/sbin/upper,workdir=/run/sbin/work /usr/sbin
`;

/** Starts cron, waits for `$EXPECTED_MAILS` mails, and prints them. */
export const RUN_CRON_UNTIL_MAILS = `
  cron -f &
  for i in $(seq 100); do
    [ "$(find /usr/sbin -name 'sendmail-mail-*' | wc -l)" -lt "$EXPECTED_MAILS" ] || break
    sleep 0.1
  done
  kill $!
  cat /usr/sbin/sendmail-mail-*
`;
