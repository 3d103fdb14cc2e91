using Dispatch.Server.Access;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Dispatch.Server.Tests.Support;

/// <summary>Telephone numbers of test people: in a country code that no country has.</summary>
internal static class Numbers
{
    public static string Of(int volunteer) => $"+999555{volunteer:00000}";

    /// <summary>Gives a volunteer a number, sealed as the roster does.</summary>
    public static async Task GiveAsync(TestNode node, Guid volunteer, string number)
    {
        var personal = node.Services.GetRequiredService<PersonalData>();
        await using var connection = new NpgsqlConnection(node.World.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "INSERT INTO phone_numbers (volunteer_id, sealed, blind) VALUES ($1, $2, $3) ON CONFLICT (volunteer_id) DO UPDATE SET sealed = excluded.sealed, blind = excluded.blind", connection);
        command.Parameters.Add(new() { Value = volunteer });
        command.Parameters.Add(new() { Value = personal.Seal(volunteer, number) });
        command.Parameters.Add(new() { Value = personal.BlindIndex(number) });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>So many volunteers with a number each: v0001 has <c>Of(1)</c>.</summary>
    public static async Task<List<Guid>> VolunteersAsync(TestNode node, int howMany)
    {
        var ids = await node.World.VolunteersAsync(howMany);
        for (var i = 0; i < howMany; i++)
        {
            await GiveAsync(node, ids[i], Of(i + 1));
        }

        return ids;
    }
}
