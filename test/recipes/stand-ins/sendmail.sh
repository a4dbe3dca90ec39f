#!/bin/sh
# Stand-in for sendmail. cron starts /usr/sbin/sendmail with the whole mail on stdin, as do_command.c of
# Debian's cron 3.0pl1 does. The stand-in stores the mail in a file beside itself instead of sending it.
cat > "$0-part-$$" && mv "$0-part-$$" "$0-mail-$$"
