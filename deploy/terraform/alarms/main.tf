# The resources of the module. See versions.tf for what was checked.
resource "aws_cloudwatch_log_group" "metrics" {
  name              = var.log_group_name
  retention_in_days = var.log_retention_days
}

resource "aws_cloudwatch_metric_alarm" "job" {
  for_each = local.job_alarms

  alarm_name          = "cred-watch-${each.key}"
  alarm_description   = each.value.description
  namespace           = "cred-watch"
  metric_name         = each.value.metric
  dimensions          = { job_name = each.value.job }
  statistic           = each.value.statistic
  period              = 300
  comparison_operator = each.value.comparison
  threshold           = 1
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "query" {
  for_each = local.query_alarms

  alarm_name          = "cred-watch-${each.key}"
  alarm_description   = each.value.description
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions

  metric_query {
    id          = "value"
    expression  = each.value.query
    period      = 300
    return_data = true
  }
}

output "alarm_arns" {
  description = "ARNs of the alarms by name."
  value       = { for name, alarm in merge(aws_cloudwatch_metric_alarm.job, aws_cloudwatch_metric_alarm.query) : name => alarm.arn }
}
