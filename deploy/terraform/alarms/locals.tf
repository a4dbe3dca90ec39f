# The alarms as data. Terraform evaluates this file without a provider, which the tests do. See versions.tf for what was checked.
locals {
  # Metrics with the dimension job_name alone are about all hosts.
  job_alarms = merge([
    for job in var.job_names : {
      "job-not-safe-${job}" = {
        description = "A start of ${job} can be unsafe on a host: its credentials can expire before it ends. See `cred-watch report`."
        job         = job
        metric      = "cred_watch_job_safe"
        statistic   = "Minimum"
        comparison  = "LessThanThreshold"
        periods     = 1
        # The metric is missing while the verdict is unknown, for which there is another alarm.
        missing = "notBreaching"
      }
      "job-unknown-${job}" = {
        description = "${job} could not be judged on a host for an hour, or no host has sent its verdict. See `cred-watch report`."
        job         = job
        metric      = "cred_watch_job_unknown"
        statistic   = "Maximum"
        comparison  = "GreaterThanOrEqualToThreshold"
        periods     = 12
        missing     = "breaching"
      }
    }
  ]...)

  # A query of Metrics Insights combines the metrics of all roles, so a new role needs no change.
  roles = "FROM SCHEMA(\"cred-watch\", role, source)"
  hosts = "FROM SCHEMA(\"cred-watch\", api_version, host, role, source)"

  fleet_alarms = {
    expired-credentials-served = {
      description = "The last poll of a host got expired credentials. See `cred-watch report`."
      query       = "SELECT MIN(cred_watch_observed_remaining_seconds) ${local.roles}"
      comparison  = "LessThanThreshold"
      threshold   = 0
      periods     = 1
      missing     = "notBreaching"
    }
    rotation-overdue = {
      description = "The source of a host has not rotated in time. See `cred-watch report`."
      query       = "SELECT MAX(cred_watch_rotation_overdue) ${local.roles}"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      periods     = 1
      missing     = "notBreaching"
    }
    lead-times-shrink = {
      description = "The lead times of a host become shorter, so a job that is safe now can become unsafe. See `cred-watch report`."
      query       = "SELECT MAX(cred_watch_lead_time_shrinking_seconds) ${local.roles}"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      periods     = 12
      missing     = "notBreaching"
    }
    source-down = {
      description = "The polls of a host have failed for 15 minutes. See `cred-watch poll` on the host."
      query       = "SELECT MIN(cred_watch_source_up) ${local.roles}"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = 3
      missing     = "notBreaching"
    }
    poller-silent = {
      description = "A poller has stopped: the newest sample of a host is too old, and its values are no longer true."
      query       = "SELECT MAX(cred_watch_sample_age_seconds) ${local.roles}"
      comparison  = "GreaterThanThreshold"
      threshold   = var.max_silence_seconds
      periods     = 1
      missing     = "notBreaching"
    }
    clock-ahead = {
      description = "The clock of a host is more than one minute ahead of AWS. Credentials expire by the clock of AWS."
      query       = "SELECT MAX(cred_watch_clock_offset_seconds) ${local.roles}"
      comparison  = "GreaterThanThreshold"
      threshold   = 60
      periods     = 3
      missing     = "notBreaching"
    }
    clock-behind = {
      description = "The clock of a host is more than one minute behind AWS, so credentials seem to be valid for longer than they are."
      query       = "SELECT MIN(cred_watch_clock_offset_seconds) ${local.roles}"
      comparison  = "LessThanThreshold"
      threshold   = -60
      periods     = 3
      missing     = "notBreaching"
    }
    no-metrics = {
      description = "No host has sent metrics."
      query       = "SELECT COUNT(cred_watch_source_up) ${local.roles}"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = var.max_silence_seconds / 300
      missing     = "breaching"
    }
  }

  host_alarms = {
    for host in var.hosts : "host-silent-${host}" => {
      description = "${host} has sent no metrics. Check the host and its CloudWatch agent."
      query       = "SELECT COUNT(cred_watch_source_up) ${local.hosts} WHERE host = '${host}'"
      comparison  = "LessThanThreshold"
      threshold   = 1
      periods     = var.max_silence_seconds / 300
      missing     = "breaching"
    }
  }

  query_alarms = merge(local.fleet_alarms, local.host_alarms)
}
