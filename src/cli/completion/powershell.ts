import { COMPLETE_COMMAND } from '../command.ts';

/**
 * Works in Windows PowerShell 5.1 and PowerShell 7. Versions before 7.3 drop empty arguments.
 * Without a result, every version completes file names, so the script returns an empty word instead.
 */
export const POWERSHELL_SCRIPT = String.raw`# PowerShell completion of cred-watch. In $PROFILE: cred-watch completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName 'cred-watch' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $result = [System.Management.Automation.CompletionResult]
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value }
            else { $_.Extent.Text }
        })
    $typed = $wordToComplete -replace '^[''"\u2018-\u201E]', ''
    $exitCode = Get-Variable -Name LASTEXITCODE -Scope Global -ValueOnly -ErrorAction Ignore
    try {
        $output = @(cred-watch ${COMPLETE_COMMAND} powershell "=$typed" @words 2>$null)
    } catch {
        return
    } finally {
        $global:LASTEXITCODE = $exitCode
    }
    if ($output.Count -eq 0) { return }
    if ($output[0] -eq 'words') {
        if ($output.Count -eq 1) { return '' }
        foreach ($line in $output[1..($output.Count - 1)]) {
            $value, $description = $line -split "${'`'}t", 2
            $isPlain = $value -match '^[\w./:=+-]+$' -and $typed -eq $wordToComplete
            $text = if ($isPlain) { $value } else { "'" + ($value -replace '[''\u2018-\u201B]', '$0$0') + "'" }
            if (-not $description) { $description = $value }
            $result::new($text, $value, 'ParameterValue', $description)
        }
    } elseif ($output[0].StartsWith('files ') -and $output[0].Length -gt 6) {
        $prefix = $output[0].Substring(6)
        $file = $typed.Substring($prefix.Length)
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($file) | ForEach-Object {
            $result::new($prefix + $_.CompletionText, $_.ListItemText, $_.ResultType, $_.ToolTip)
        }
    }
}
`;
