using Dispatch.Server;
using Dispatch.Server.Records;
using Dispatch.Server.Storage;
using Dispatch.Server.Storage.Backups;

try
{
    switch (args)
    {
        case ["backup", var data, var to]:
            return await BackupCommands.BackupAsync(data, to);
        case ["restore", var from, var data]:
            return await BackupCommands.RestoreAsync(from, data, time: null);
        case ["restore", var from, var data, var time]:
            return await BackupCommands.RestoreAsync(from, data, time);
        case ["verify", var data]:
            return await VerifyCommand.RunAsync(data, headsFile: null);
        case ["verify", var data, var heads]:
            return await VerifyCommand.RunAsync(data, heads);
    }

    await using var node = await Node.CreateAsync(args);
    await node.RunAsync();
    return 0;
}
catch (Exception e) when (e is LocalPostgresException or UnfitDatabaseException)
{
    // A message a person can act on; the stack would only hide it.
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
