using Dispatch.Server.Access;
using Dispatch.Server.Imports;
using Npgsql;

namespace Dispatch.Server.Volunteers;

/// <summary>An empty roster file to fill in, with what each column means, the qualifications and the operator's own regions on further sheets.</summary>
internal static class ImportTemplate
{
    private const int MostRegions = 5_000;

    public static async Task<IResult> Handle(Caller caller, NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        var qualifications = await RosterReader.QualificationsAsync(connection, cancellation);
        var regions = new List<IReadOnlyList<string>> { new[] { "属地代码", "名称", "层级" } };
        await using var command = new NpgsqlCommand("SELECT code, name, level_name FROM regions WHERE path <@ $1::ltree AND has_authority ORDER BY path LIMIT $2", connection);
        command.Parameters.Add(new() { Value = caller.RegionPath });
        command.Parameters.Add(new() { Value = MostRegions });
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                regions.Add([reader.GetString(0), reader.GetString(1), reader.GetString(2)]);
            }
        }

        return TypedResults.File(
            XlsxFile.Write(
                ("志愿者", [[.. RosterColumns.All.Select(column => column.Heading)]]),
                ("说明", [["列", "Column", "填写说明", "Hint"], .. RosterColumns.All.Select(column => (IReadOnlyList<string>)[column.Heading, column.Key, column.Hint, column.HintEn])]),
                ("资质", [["名称", "Name", "代号", "须有证书"], .. qualifications.Select(one => (IReadOnlyList<string>)[one.Name, one.NameEn, one.Key, one.NeedsCertificate ? "是" : "否"])]),
                ("属地", regions)),
            XlsxFile.MediaType, "dispatch-roster.xlsx");
    }
}
