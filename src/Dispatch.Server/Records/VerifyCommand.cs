using Dispatch.Server.Storage;
using Dispatch.Server.Storage.Backups;
using Npgsql;

namespace Dispatch.Server.Records;

/// <summary>
/// <c>verify DATA [HEADS]</c> on the command line; ./dev calls it. Verifies the database of <c>ConnectionStrings__Postgres</c>, or else the private
/// cluster of DATA, running or not. 0: it holds; 1: it does not, or could not be looked at. HEADS is read when it is there and, when everything holds,
/// written anew.
/// </summary>
internal static class VerifyCommand
{
    private const int FlawsSaid = 20;

    public static async Task<int> RunAsync(string data, string? headsFile)
    {
        var kept = headsFile is not null && File.Exists(headsFile) ? ReadHeads(headsFile) : null;
        var (connection, own) = await ConnectAsync(data);
        await using (own)
        {
            await using var source = NpgsqlDataSource.Create(connection);
            try
            {
                return Say(await VerifyRecords.RunAsync(source, recentOnly: false, kept, CancellationToken.None), kept?.Count, headsFile);
            }
            catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.UndefinedTable)
            {
                throw new LocalPostgresException("This database holds no chained record: it is of an earlier version, or not of Dispatch. Start this version on it once, which chains what is there.", e);
            }
        }
    }

    private static List<VerifyRecords.Head> ReadHeads(string file)
    {
        try
        {
            return KeptHeads.Read(File.ReadAllText(file));
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new LocalPostgresException($"The kept heads {file} cannot be read: {e.Message}.", e);
        }
    }

    private static async Task<(string Connection, LocalPostgres? Own)> ConnectAsync(string data)
    {
        if (Environment.GetEnvironmentVariable("ConnectionStrings__Postgres") is { Length: > 0 } configured)
        {
            return (configured, null);
        }

        data = Path.GetFullPath(data);
        if (!File.Exists(Path.Combine(data, "postgres", "PG_VERSION")))
        {
            throw new LocalPostgresException($"There is no database in {data}. Name its folder: ./dev verify --data DATA, or a server in ConnectionStrings__Postgres.");
        }

        var (connection, own) = await TakeBackup.ConnectAsync(data, new Progress<string>(Console.Error.WriteLine), CancellationToken.None);
        return (connection.ConnectionString, own);
    }

    private static int Say(VerifyRecords.Report report, int? kept, string? headsFile)
    {
        foreach (var flaw in report.Flaws.Take(FlawsSaid))
        {
            Console.WriteLine($"BAD  {flaw.Of}, fact {flaw.Number} {flaw.What}");
        }

        if (report.Flaws.Count > 0)
        {
            Console.WriteLine($"The record does not hold: {report.Flaws.Count} of {report.Incidents} incidents and {report.Musters} musters. The first bad fact of each is named{(report.Flaws.Count > FlawsSaid ? $", of the first {FlawsSaid}" : "")}.");
            return 1;
        }

        var heads = KeptHeads.Write(report.Heads);
        Console.WriteLine($"The record holds: {report.Facts} facts of {report.Incidents} incidents and {report.Musters} musters{(kept is { } earlier ? $", and all {earlier} heads that were kept" : "")}.");
        Console.WriteLine($"Heads: {KeptHeads.Digest(heads)}");
        if (headsFile is not null)
        {
            var unfinished = headsFile + ".new";
            File.WriteAllText(unfinished, heads);
            File.Move(unfinished, headsFile, overwrite: true);
            Console.WriteLine($"Kept in {headsFile}. Take a copy to where nobody who looks after this database can write.");
        }

        return 0;
    }
}
