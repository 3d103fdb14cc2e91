using Dispatch.Drills;
using Dispatch.Drills.Bench;
using Dispatch.Drills.Bench.Bars;
using Dispatch.Drills.Drill;
using Dispatch.Drills.Gateway;
using Dispatch.Drills.Nodes;
using Dispatch.Drills.Phones;

// One line per command, one file per command.
using var stop = new StopSignal();
try
{
    return args switch
    {
        ["phones", .. var rest] => await PhonesCommand.RunAsync(rest, stop.Requested),
        ["nodes", .. var rest] => await NodesCommand.RunAsync(rest, stop.Requested),
        ["drill", .. var rest] => await DrillCommand.RunAsync(rest, stop.Requested),
        ["gateway", .. var rest] => await GatewayCommand.RunAsync(rest, stop.Requested),
        ["bench", "match", .. var rest] => await BenchMatch.RunAsync(rest, stop.Requested),
        ["bench", "load", .. var rest] => await LoadCommand.RunAsync(rest, stop.Requested),
        ["bench", "raise", .. var rest] => await BenchRaise.RunAsync(rest, stop.Requested),
        ["bench", "waves", .. var rest] => await BenchWaves.RunAsync(rest, stop.Requested),
        _ => Usage(),
    };
}
catch (OperationCanceledException) when (stop.Requested.IsCancellationRequested)
{
    return 130;
}
catch (CommandException refusal)
{
    await Console.Error.WriteLineAsync(refusal.Message);
    return 2;
}

static int Usage()
{
    Console.Error.WriteLine("""
        phones --server URL --count N [--seed S] [--hurry F] [--operator NAME] [--password WORD]
        nodes [--count N] [--port N] [--data DIR] [--fresh true] [--demo true]
        drill [--quick | --all | --list | --mutants] [--fault NAME,... | --random N | --schedule NAME:SCALE,...] [--seed N] [--phones N] [--per-second R] [--nodes N] [--scale F] [--json FILE]
        bench load --bar L1|L2|L3|L4|L5|L6|L7 [--seconds S] [--phones N] [--per-second R] [--seed N] [--json FILE]
        gateway [--port N] [--server URL]
        bench match [--queries N] [--seed S] [--json FILE]
        bench raise [--phones N] [--seconds S] [--per-second R] [--seed S] [--json FILE]
        bench waves [--incidents N] [--seed S] [--mood SIGMA] [--json FILE] [--plot FILE]
        """);
    return 2;
}
